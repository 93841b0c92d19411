// The search parameters of the pages about web widgets. Pure.
export const widgetSections = [
  'appearance',
  'behaviour',
  'forms',
  'texts',
  'security',
  'install',
  'version',
  'activity',
] as const
export type WidgetSection = (typeof widgetSections)[number]

export interface WidgetsSearch {
  name?: string
}

export interface WidgetSearch {
  section?: WidgetSection
}

export function readWidgetsSearch({ name }: Record<string, unknown>): WidgetsSearch {
  return typeof name === 'string' && name.trim() !== '' ? { name: name.slice(0, 200) } : {}
}

export function readWidgetSearch({ section }: Record<string, unknown>): WidgetSearch {
  const known = widgetSections.find((one) => one === section)
  return known === undefined ? {} : { section: known }
}
