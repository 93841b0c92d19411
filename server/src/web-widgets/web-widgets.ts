// The face of web widgets.
export type { Embeds, Page } from './embed/embeds.ts'
export type { FirstPages } from './services.ts'
export { createSampleWidget } from './sample.ts'
