// The list of review threads: read, reply, resolve; and the comment that is being written.

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { commandButton } from "../panels/button.js";
import { sendBack } from "./stage-panel.js";

/** @param {import("../workspace.js").Workspace} workspace */
export function threadsPanel(workspace) {
  const { store } = workspace;
  const title = h("h2", {});
  const list = h("ul", { class: "tr-list" });
  const draft = draftForm(workspace);
  /** @type {Map<number, string>} thread -> the reply that is being written: the list may be drawn again meanwhile */
  const drafts = new Map();
  let shown = null;
  store.on(["threads", "thread", "objects"], (state) => {
    const isWriting = list.contains(document.activeElement) && document.activeElement.matches("input");
    const open = state.threads.filter((thread) => !thread.resolved);
    title.textContent = open.length ? t`Comments · ${open.length} open` : t`Comments`;
    const ordered = [...open, ...state.threads.filter((thread) => thread.resolved)];
    fill(list, ordered.map((thread) => item(workspace, thread, state, drafts)));
    if (isWriting) list.querySelector("input")?.focus();
    if (shown !== state.thread) list.querySelector(".tr-on")?.scrollIntoView({ block: "nearest" });
    shown = state.thread;
  });
  return h("section", { class: "tw-panel", "aria-label": t`Comments` },
    h("div", { class: "tw-panel-head" }, title, h("span", { class: "tw-gap" }),
      commandButton(workspace, "tool.comment", { text: t`Comment`, class: "tw-quiet" })), draft, list);
}

/** What is wrong most often, said with one click. */
const QUICK = [t`Wrong identity`, t`Mask too large`, t`Mask too small`, t`Missing object`, t`Wrong label`];

/** The form that appears once a place is clicked. Its text survives everything but being sent or given up. */
function draftForm(workspace) {
  const { store, threads } = workspace;
  const text = h("textarea", { class: "tw-field", rows: 3, "aria-label": t`Comment`, maxlength: 4000,
    placeholder: t`What should change here?` });
  const send = async () => {
    if (!text.value.trim()) return text.focus() ?? false;
    const sent = await threads.open(text.value);
    if (sent) text.value = "";
    return sent;
  };
  const back = h("button", { class: "tw-button", type: "button",
    onclick: async () => { if (await send()) await sendBack(workspace); } }, t`Comment and send back`);
  const giveUp = () => {
    text.value = "";
    threads.drop();
  };
  const form = h("form", { class: "tr-draft-form", onsubmit: (event) => { event.preventDefault(); send(); } },
    h("div", { class: "tr-quick", role: "group", "aria-label": t`Quick comments` }, QUICK.map((words) => h("button", {
      class: "tw-button", type: "button", onclick: () => threads.open(words) }, words))), text,
    h("div", { class: "tw-row" }, h("button", { class: "tw-button tw-primary", type: "submit" }, t`Comment`),
      back, h("span", { class: "tw-gap" }), h("button", {
        class: "tw-button tw-icon", type: "button", title: t`Give the comment up`, "aria-label": t`Give the comment up`,
        onclick: giveUp,
      }, icon("close"))));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    if (event.key === "Escape") threads.drop();
  });
  store.on(["pin", "video"], ({ pin, video }) => {
    form.hidden = pin === null;
    back.hidden = video.stage !== "review";
    if (!pin) return;
    text.focus();
    form.scrollIntoView({ block: "nearest" });
  });
  return form;
}

function item(workspace, thread, { thread: chosen, objects }, drafts) {
  const { threads } = workspace;
  const [first, ...replies] = thread.comments;
  const object = objects.get(thread.object_id);
  const isOpen = thread.id === chosen;
  const head = h("button", { class: "tr-head", "aria-expanded": String(isOpen), onclick: () => threads.show(thread) },
    h("span", { class: "tr-where" }, object && h("span", { class: "tw-dot", style: { background: object.colour } }),
      t`Frame ${thread.frame}`, h("span", { class: "tw-gap" }), thread.resolved ? t`resolved` : first.person),
    h("span", { class: "tr-text" }, first.text));
  return h("li", { class: `tr-thread${isOpen ? " tr-on" : ""}${thread.resolved ? " tr-resolved" : ""}` }, head,
    isOpen && replies.map((comment) => h("p", { class: "tr-reply" }, h("strong", {}, comment.person),
      ` ${comment.text}`)),
    isOpen && answer(workspace, thread, drafts));
}

function answer({ threads, stage }, thread, drafts) {
  const text = h("input", {
    class: "tw-field", "aria-label": t`Reply`, placeholder: t`Reply`, maxlength: 4000, value: drafts.get(thread.id),
    oninput: () => drafts.set(thread.id, text.value),
    onkeydown: (event) => { if (event.key === "Escape") stage.element.focus(); },
  });
  const settle = () => threads.resolve(thread.id, !thread.resolved);
  return h("form", { class: "tw-row", onsubmit: async (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    drafts.delete(thread.id); // at once: the reply's arrival draws the list again
    if (!await threads.reply(thread.id, text.value)) drafts.set(thread.id, text.value);
  } }, text, h("button", { class: "tw-button", type: "button", onclick: settle }, thread.resolved ? t`Reopen` : t`Resolve`));
}
