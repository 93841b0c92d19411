// For tests: a widget as the frame knows it.
import type { ShownWidget } from '../../src/course/parts.ts'

export const widget = {
  id: 'w',
  domains: [],
  config: {},
  agent: { id: 'a', name: 'Agent' },
  quick_actions: [],
  captcha: null,
  message_characters: 4000,
} as unknown as ShownWidget
