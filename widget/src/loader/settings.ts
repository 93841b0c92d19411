// What the server writes into the loader: the settings of one widget, at most 4 KiB.

export interface Pair {
  background_color?: string
  text_color?: string
}

export interface LoaderSettings {
  id: string
  /** Where the frame and its API are. */
  origin: string
  domains: string[]
  theme?: 'system' | 'light' | 'dark'
  trigger?: {
    shape?: 'circle' | 'square'
    size?: number
    padding?: number
    position?: 'bottom-right' | 'bottom-left'
    offset_x?: number
    offset_y?: number
    icon_url?: string | null
    label?: string | null
    z_index?: number
    hidden?: boolean
    devices?: 'all' | 'desktop' | 'mobile'
    paths?: { include?: string[]; exclude?: string[] } | null
  }
  chat?: { width?: number; height?: number; radius?: number; title?: string | null }
  launcher?: { light?: Pair; dark?: Pair }
  questions?: string[]
  greeting?: { text: string; delay_seconds?: number; frequency?: 'once' | 'always' } | null
  locales?: string[]
  default_locale?: string | null
  /** Of each language: open, close, unread (with `{n}`). */
  labels: Record<string, { open: string; close: string; unread: string }>
}
