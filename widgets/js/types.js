// The shapes of docs/http.md and of the page's state, for editors and readers; nothing here runs.

/**
 * @typedef {{size: [number, number], counts: string}} Rle height and width first, as COCO has it
 * @typedef {{id: number, name: string, colour: string, is_thing: boolean, hotkey: string|null,
 *   attributes: {name: string, values: string[], over_time?: boolean}[]}} Label
 * @typedef {{name: string, value: string, start: number, stop: number}} Span stop is exclusive
 * @typedef {{id: number, video_id: number, label_id: number, name: string, colour: string, locked: boolean,
 *   attributes: Object<string, string>, spans: Span[], version: number, deleted: boolean}} VideoObject
 * @typedef {{frame: number, object_id: number, revision: number, rle: Rle|null, area: number, box: number[],
 *   state: string, source: string, score: number|null, author: number|null, run_id: number|null,
 *   edited_in: string}} MaskItem
 * @typedef {{id: number, video_id: number, model: string, status: string, total: number, done: number, message: string,
 *   objects: number[], scope: string, frame: number, created_at: string, finished_at: string|null,
 *   verdict: "accepted"|"rolled back"|null, seconds_left?: number}} Run
 * @typedef {{name: string, title: string, version: string, licence: string, permits: string, prompts: string[],
 *   tasks: string[], searches: string[], own_searches: string[], ready: boolean, missing: string|null}} Model
 * @typedef {{id: number, project_id: number, hash: string, name: string, width: number, height: number,
 *   frame_count: number, duration: number, stage: string, stage_version: number, times: number[], key_frames: number[],
 *   damaged: number[], cuts: number[]|null, rate: number, labels: Label[], objects: VideoObject[], role: string, models: Model[],
 *   default_model: string, runs: Run[], demo: boolean}} Video
 * @typedef {[number, number, string, string]} Segment start, stop (exclusive), state, source
 * @typedef {{version: number, objects: Object<number, Segment[]>, low: Object<number, [number, number][]>,
 *   prompts: Object<number, number[]>, threads: [number, number, boolean, number|null][],
 *   edited: Object<number, [number, number][]>}} Timeline
 *
 * A proposal of a model on a frame. `anchor`: where its number stands, picture pixels.
 * @typedef {{number: number, rle: Rle, score: number, objectId: number|null, category: string|null, frame: number, shape: import("./rle.js").Shape,
 *   outline: Path2D, anchor: {x: number, y: number}}} Candidate
 * @typedef {{frame: number, model: Model, query: any, looking: boolean, spread: boolean, open: Candidate[], sent: Candidate[],
 *   current: Candidate|null, accepted: number, rejected: number}} Search `open`: to be judged; `sent`: accepted, not answered
 *   yet; `spread`: some are on other frames than the one that was asked for, so that one may go there
 *
 * A search over the video, and something it found that waits for a person: `best` is the frame that shows it best.
 * @typedef {{id: number, model: string, kind: string, query: any, start: number, stop: number, every: number, status: string, done: number,
 *   total: number, known: number, message: string}} VideoSearch
 * @typedef {{id: number, search_id: number, model: string, category: string, score: number, scores: Object<string, number>,
 *   is_thing: boolean, colour: string, first: number, last: number, frames: number, best: number}} Track
 *
 * @typedef {Object} State
 * @property {any} me
 * @property {Video} video
 * @property {Map<number, VideoObject>} objects of this video, deleted ones left out, in the order they were made
 * @property {number} frame the frame that is wanted
 * @property {number} shown the frame whose picture is on the canvas; -1 before the first
 * @property {number|null} selected object id
 * @property {Set<number>} chosen several objects, the selected one among them; empty where it stands alone
 * @property {number|null} hovered object id under the pointer
 * @property {string} tool id of the tool
 * @property {number|null} labelId label of the next object
 * @property {string} model name of the model that answers
 * @property {string|null} wordsModel name of the model that words go to; null: the chosen one, or the first that takes any
 * @property {import("./answers.js").Answer[]} answers what models said about objects, oldest first
 * @property {VideoSearch|null} searching a search over the video that goes on
 * @property {VideoSearch|null} unfinished the latest one, where it stopped before its end
 * @property {Track[]} found what searches found and nobody has judged, the surest first
 * @property {Set<number>} foundChosen ids of those that are chosen @property {number|null} foundAt the one that was shown last
 * @property {number|null} foundHovered the one under the pointer, in the list
 * @property {string} foundCategory only those of this category are listed; "": all
 * @property {number} foundScore only those with this score, or more
 * @property {string|null} searchKind what is looked for over the video: "vis" objects, "vps" with regions, "vss" regions alone
 * @property {string|null} asking the question that a model thinks about
 * @property {Set<number>} hidden objects not drawn, on this screen only
 * @property {number|null} inPoint first frame of the range
 * @property {number|null} outPoint last frame of the range (inclusive)
 * @property {Timeline} timeline
 * @property {Map<number, Run>} runs
 * @property {"connecting"|"online"|"offline"} connection
 * @property {string[]} people names of those who have the video open
 * @property {boolean} undo @property {boolean} redo
 * @property {number} pending changes sent and not answered yet
 * @property {boolean} playing
 * @property {number} brush diameter in picture pixels
 * @property {"round"|"square"} tip of the brush
 * @property {boolean} keepOthers what is drawn by hand leaves the pixels of other objects alone
 * @property {number|null} specks parts of a mask with fewer pixels are specks; null: than a hundredth of the mask
 * @property {number} smoothing radius in picture pixels
 * @property {any} mending how far the mending of a range is, null where there is none: `GET /api/mends/{m}` of docs/http.md
 * @property {number} opacity of overlays, 0..1
 * @property {boolean} outlines
 * @property {boolean} scopeAll runs and frame actions concern every object and not only the selected one
 * @property {boolean} acrossCuts runs go on from one shot into the next
 * @property {boolean} follow show the frame a run has just made
 * @property {number} masksVersion counts changes of the mask cache
 * @property {{frame: number, object_id: number, id: number|null, data: any}[]} prompts of the shown frame
 * @property {import("./checks/findings.js").Finding[]|null} findings what is probably wrong, surest first; null: not known yet
 * @property {string|null} finding key of the one that is looked at
 * @property {string} findingKind the kind that is listed, "" for all
 * @property {import("./checks/findings.js").Check|null} check a check that goes on
 * @property {{frame: number, points: any[]}|null} batch points that are gathered, to be sent together
 * @property {boolean} swapped the left button gives negative prompts and the right one positive ones
 * @property {boolean} eachBox every box makes an object of its own
 * @property {number} onion frames on each side whose outlines are drawn over the picture
 * @property {import("./compare/compare.js").Comparison|null} compare what the masks are compared with
 * @property {import("./compare/compare.js").Agreement} here how well they agree on the shown frame
 * @property {import("./compare/compare.js").Agreement} curve and over the range
 * @property {{run: Run, replaced: import("./compare/runs.js").Replaced}|null} verdict the run that waits for one
 * @property {import("./next-frame.js").Advice[]|null} next where to look next, best first; null until it is asked for
 * @property {string|null} lookedAt the one of them that was gone to last
 * @property {boolean} openLane the lane of the selected object is open and shows its scores
 * @property {{own: [number, number][], all: [number, number][]}} looked frames that this person, or anybody, has had on the screen
 * @property {import("./timeline/lanes.js").LaneView} laneView which lanes are shown, and their order
 * @property {boolean} thumbnails pictures over the ruler
 * @property {string} jumpTo id of the kind of place that the jump keys go to
 * @property {"own"|"all"} lookedBy whose frames count as looked at
 * @property {Search|null} search the candidates on a frame, while the tool that finds them is in the hand
 */

export {};
