// Somebody else changed a mask first: show both on the picture and let the person choose.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { shapeOf } from "./rle.js";
import { outlineOf, tinted } from "./canvas/art.js";

const MINE = "#2f6fed";
const THEIRS = "#f08a00";

/**
 * @param {import("./workspace.js").Workspace} workspace @param {import("./edits.js").Edit} edit
 * @param {{theirs: import("./types.js").MaskItem, yours: any}} details of the 409
 * @returns {Promise<boolean>} true: keep mine, false: take theirs
 */
export async function settleConflict(workspace, edit, { theirs, yours }) {
  const bitmap = await workspace.frames.get(edit.frame);
  const name = workspace.store.state.objects.get(edit.objectId)?.name || t`This object`;
  const who = theirs.author === workspace.store.state.me.id ? t`you in another window` : t`somebody else`;
  const mine = yours?.rle || (yours?.counts ? yours : null);
  return new Promise((resolve) => {
    let keep = false;
    const choose = (choice) => () => {
      keep = choice;
      dialog.close();
    };
    // Escape does nothing here: either choice gives something up.
    const dialog = h("dialog", { class: "tl-dialog tw-conflict", oncancel: (event) => event.preventDefault(),
      onclose: () => {
      dialog.remove();
      resolve(keep);
    } },
    h("h2", {}, t`${name} was changed by ${who} on frame ${edit.frame}`),
    h("p", {}, t`Nothing was overwritten. Choose which one stands.`),
    h("div", { class: "tw-sides" },
      side(t`Yours`, MINE, bitmap, mine), side(theirs.rle ? t`Theirs` : t`Theirs (removed)`, THEIRS, bitmap, theirs.rle)),
    h("div", { class: "tl-dialog-actions" },
      h("button", { class: "tw-button", onclick: choose(false), autofocus: true }, t`Take theirs`),
      h("button", { class: "tw-button tw-primary", onclick: choose(true) }, t`Keep mine`)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function side(title, colour, bitmap, rle) {
  const canvas = h("canvas", { role: "img", "aria-label": t`${title} on the picture` });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const shape = rle && shapeOf(rle);
  if (shape?.area) {
    context.globalAlpha = 0.5;
    context.drawImage(tinted(shape, colour), shape.x, shape.y);
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = Math.max(2, bitmap.width / 400);
    context.stroke(outlineOf(shape));
  }
  return h("figure", {}, h("figcaption", {}, title), canvas);
}
