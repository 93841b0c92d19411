// The face of web widgets.
export { type WidgetRecord, liveReasonOf, readPublicWidget, readWidget } from './widget-rows.ts'
