// What the server writes into the loader: the settings of one widget, at most 4 KiB, made by
// `contract/src/web-widgets/loader-settings.ts`; and the attributes of its script.

export interface Labels {
  open: string
  close: string
  /** With `{n}`. */
  unread: string
}

export interface LoaderSettings {
  id: string
  /** Where the frame and its API are. */
  origin: string
  domains: string[]
  theme: string
  title?: string
  /** Sizes, side and colors: a list of custom properties for `style.ts`. */
  box: string
  icon?: string
  label?: string
  hidden?: true
  devices?: 'desktop' | 'mobile'
  /** Regular expressions of the paths that have the launcher, and of those that do not. */
  include?: string
  exclude?: string
  /** Left out if the widget has no questions, or too many for 4 KiB. */
  questions?: string[]
  greeting?: { text: string; delay_seconds: number; frequency: string }
  default_locale?: string
  /** Of the console's sample page: what the frame's address has besides. */
  query?: string
  /** By language. */
  labels: Record<string, Labels>
}

declare const __PARLEY_SETTINGS__: LoaderSettings

export const settings = __PARLEY_SETTINGS__
export const attributes: DOMStringMap = { ...document.currentScript?.dataset }
