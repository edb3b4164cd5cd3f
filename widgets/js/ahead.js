// In the head of the Annotate page: the workspace and its video are on their way while Gradio is still starting.

import { loadStyles, readVideo, STYLES } from "./opening.js";
import { queryNumber } from "./shell/page.js";

const videoId = queryNumber("video");
if (videoId !== null) readVideo(videoId, queryNumber("frame") ?? 0).catch(() => {}); // the page says what is wrong when it opens it
loadStyles(...STYLES);
import("./workspace.js"); // not waited for: the video is asked for before the modules are here
