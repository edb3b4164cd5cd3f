// In the head of the Annotate page: the workspace and its video are on their way while Gradio is still starting.

import { readVideo } from "./opening.js";
import { queryNumber } from "./shell/page.js";
import "./workspace.js";

const videoId = queryNumber("video");
if (videoId !== null) readVideo(videoId).catch(() => {}); // the page says what is wrong when it opens it
