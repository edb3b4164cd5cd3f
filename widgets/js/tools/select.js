// Select: click an object on the picture, drag to move the picture.

export class SelectTool {
  /** @param {import("../workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    this.pans = true;
    this.cursor = "default";
  }

  /** @param {import("../canvas/stage.js").Press} press */
  click(press) {
    this.workspace.objects.select(this.workspace.stage.objectAt(press));
  }
}
