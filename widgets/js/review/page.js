// Review: the queue of a project, or one video of it when the address names one.

import { mountPage } from "../shell/page.js";
import { drawQueue } from "./queue.js";

/** @param {HTMLElement} element */
export const mount = (element) => mountPage(element, "review", drawQueue);
