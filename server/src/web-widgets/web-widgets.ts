// The face of web widgets.
export { type WidgetRecord, liveReasonOf, readPublicWidget, readWidget } from './widget-rows.ts'
export type { Embeds, Page } from './embed/embeds.ts'
export type { FirstPages } from './services.ts'
export { createSampleWidget } from './sample.ts'
