// What a visitor has filled in before a conversation, as their browser keeps it: under the name that AnyReach's widget uses.
import type { WebWidgetConfig } from '@parley/contract'
import type { Storage } from './ports.ts'
import { hashFields } from './starting.ts'

export type FormValues = Record<string, unknown>

export interface FormMemory {
  /** Whether the form has to be filled in before a conversation. */
  isMissing(): boolean
  /** To begin with, even if the form has changed. */
  values(): FormValues | null
  keep(values: FormValues): void
  /** The values stay, but the form is asked again. */
  ask(): void
  forget(): void
}

interface Kept {
  hash: string
  values: FormValues
}

export function createFormMemory(storage: Storage, widget_id: string, config: () => WebWidgetConfig): FormMemory {
  const name = `anyreach-widget-form-${widget_id}`
  const read = (): Kept | null => {
    try {
      const kept = JSON.parse(storage.get(name) ?? '') as Kept
      return typeof kept.values === 'object' ? kept : null
    } catch {
      return null
    }
  }
  const write = (kept: Kept) => storage.set(name, JSON.stringify(kept))
  const hash = () => hashFields(config().pre_conversation_form?.fields)
  return {
    isMissing() {
      const { pre_conversation_form: form, pre_conversation_show_once: isOnce } = config()
      return form != null && (isOnce === false || read()?.hash !== hash())
    },
    values: () => (config().pre_conversation_form ? (read()?.values ?? null) : null),
    keep: (values) => void write({ hash: hash(), values }),
    ask() {
      const kept = read()
      if (kept) write({ ...kept, hash: '' })
    },
    forget: () => storage.remove(name),
  }
}
