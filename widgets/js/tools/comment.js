// Comment: click the place it is about.

export class CommentTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.cursor = "crosshair";
  }

  /**
   * On release: a press still gives the focus to the picture, and what is typed next must go into the comment.
   * @param {import("../canvas/stage.js").Press} press
   */
  up(press) {
    const { stage, threads } = this.workspace;
    const { x, y, frame } = press;
    if (stage.view.inside(x, y)) threads.begin({ frame, x, y, object_id: stage.objectAt(press) });
  }

  cancel() {
    this.workspace.threads.drop();
  }
}
