"""`launch.py people`: accounts, from the terminal. The first account of a workplace is made here."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from app.cli.serve import PROJECT
from backend.errors import BadInput, NotFound
from projects_db import people
from projects_db.database import Database


def add_parser(subparsers: Any) -> None:
    """`launch.py people list | add NAME [--owner] | password NAME | off NAME | on NAME`."""
    parser = subparsers.add_parser("people", help="add, list and change accounts")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="DIR",
                        help="the project directory (default: ./%(default)s)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="everybody who has an account")
    about = {"add": "a new account", "password": "a new password", "off": "may not sign in any more", "on": "may again"}
    for name, text in about.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("name")
        if name == "add":
            action.add_argument("--owner", action="store_true", help="may make projects and accounts; owner everywhere")
        if name in ("add", "password"):
            action.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Works beside a running server, which sees the change with the next request."""
    db = Database.open(args.project, exclusive=False)  # made where there is none: accounts come before --host
    try:
        if args.action == "list":
            show(db)
        elif args.action == "add":
            add(db, args)
        else:
            change(db, args)
    finally:
        db.close()
    return 0


def show(db: Database) -> None:
    """One line a person."""
    with db.read() as session:
        for person in people.everyone(session):
            notes = [text for text, holds in (("owner", person.is_owner), ("off", not person.active),
                                              ("no password", not person.has_password)) if holds]
            print(f"{person.name:30} {', '.join(notes)}".rstrip())


def add(db: Database, args: argparse.Namespace) -> None:
    """The first account is an owner's, so that somebody can make the others in the browser."""
    password = new_password(args)
    with db.write() as session:
        first = not people.has_accounts(session)
        person = people.create(session, args.name, password, is_owner=args.owner or first)
    print(f"{person.name} may sign in{' as owner of this workplace' if person.is_owner else ''}.")


def change(db: Database, args: argparse.Namespace) -> None:
    """A new password, or an account off or on."""
    password = new_password(args) if args.action == "password" else ""
    with db.write() as session:
        found = [person for person in people.everyone(session) if person.name == args.name]
        if not found:
            raise NotFound("no_such_person", f"There is nobody called {args.name}.", "See: launch.py people list")
        if args.action == "password":
            people.set_password(session, found[0].id, password)
        else:
            people.set_active(session, found[0].id, args.action == "on")


def new_password(args: argparse.Namespace) -> str:
    """Asked for twice at a terminal, read once from a pipe."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"Password for {args.name}: ")
    if getpass.getpass("The same again: ") != password:
        raise BadInput("passwords_differ", "The two passwords differ.", "Try again.")
    return password
