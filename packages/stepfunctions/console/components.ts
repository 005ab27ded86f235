/** What consoles of state machines share: a drawing of an execution, its table, its panels, and what they are made of. */
export { Decision, type DecisionProperties } from './components/dialog.tsx';
export {
  type Connection,
  type Direction,
  type Drawing,
  type DrawnState,
  type Point,
  roundedPath,
  type StateRole,
  waysTaken,
} from './components/drawing.ts';
export { Events } from './components/events.tsx';
export { duration, fromNow, localTime, stepName, utcTime, wholeNumber, words } from './components/format.ts';
export { Graph, type GraphProperties } from './components/graph.tsx';
export { Copy, Json } from './components/json.tsx';
export { Legend, type LegendNames } from './components/legend.tsx';
export type { EventView, SequenceView, StateError, StateStatus, StateView } from './components/model.ts';
export { Announcements, announce, Empty, Failure, Loading } from './components/notice.tsx';
export { StatePanel, type StatePanelProperties } from './components/state-panel.tsx';
export { StepsTable, type StepsTableProperties } from './components/steps-table.tsx';
export { Ago, now, Time } from './components/time.tsx';
export { type Tone, ToneSign } from './components/tone.tsx';
