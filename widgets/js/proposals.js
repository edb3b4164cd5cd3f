// Looking over a video for objects: begun, followed, given up; what is found is judged as candidates.

import { request } from "./api.js";
import { t } from "./i18n.js";
import { wordModel } from "./models.js";
import { watchWork, workProblem } from "./shell/watch.js";

export class Proposals {
  /** @param {import("./workspace.js").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
    workspace.store.set({ proposing: null });
  }

  get state() {
    return this.workspace.store.state;
  }

  /**
   * Look on every so-manieth frame of the range (without one, of the video) and where shots begin.
   * @param {any} query as `FindTool.ask` has it @param {number} every frames
   */
  async start(query, every) {
    const { store, edits, frameActions, toast, tools } = this.workspace;
    const model = wordModel(this.state);
    if (this.state.proposing || !model || !edits.allowed()) return;
    store.set({ proposing: { id: null, progress: 0, found: 0 } });
    try {
      await edits.idle();
      const body = { query, model: model.name, every, ...frameActions.range };
      const { proposal } = await request("POST", `api/videos/${this.state.video.id}/proposals`, body);
      const ended = await watchWork(`api/proposals/${proposal}`, ({ progress, found }) => {
        store.set({ proposing: { id: proposal, progress, found } });
      });
      if (ended.status === "failed") toast.warn(workProblem(ended));
      if (ended.candidates?.length) tools.find.present(ended.candidates, model);
      else if (ended.status === "done") toast.say(t`Nothing was found that has no mask yet.`);
    } catch (error) {
      toast.error(error);
    } finally {
      store.set({ proposing: null });
    }
  }

  /** Give it up; what was found by then can be judged. */
  async cancel() {
    const { proposing } = this.state;
    if (!proposing?.id) return;
    await request("POST", `api/proposals/${proposing.id}/cancel`, {}).catch((error) => this.workspace.toast.error(error));
  }
}
