// The texts of the pages about web widgets.
import type { ColoredPart, LiveReason, WidgetLimit } from '@parley/contract'
import { formatNumber } from '../base/format.ts'
import type { WidgetSection } from './widget-search.ts'

const sections: Record<WidgetSection, string> = {
  appearance: 'Appearance',
  behaviour: 'Behaviour',
  security: 'Security',
  install: 'Install',
}

const reasons: Record<LiveReason, string> = {
  live: 'Live',
  not_published: 'Not published',
  version_not_published: 'Its version is not published',
  agent_inactive: 'Its agent is not active',
}

const parts: Record<ColoredPart, string> = {
  user_message: 'Visitor’s messages',
  controls_button: 'Buttons',
  agent_message: 'Agent’s messages',
  surface: 'Window',
  header: 'Header',
  launcher: 'Launcher',
  link: 'Links',
}

const limits: Record<WidgetLimit, string> = {
  conversations_per_address_hour: 'Conversations of an address in an hour',
  conversations_per_visitor_day: 'Conversations of a visitor in a day',
  messages_per_address_minute: 'Messages of an address in a minute',
  messages_per_conversation_minute: 'Messages of a conversation in a minute',
  messages_per_conversation: 'Messages of a conversation',
  message_characters: 'Characters of a message',
  conversations_per_day: 'Conversations in a day',
  active_conversations: 'Active conversations',
  tokens_per_day: 'Tokens in a day',
}

export const widgetTexts = {
  title: 'Web widgets',
  back: 'All web widgets',
  sectionsLabel: 'Sections',
  sections,
  reasons,
  parts,
  limits,
  needs: 'To see web widgets, you need the scope web_widgets:read or web_widgets:manage.',
  readOnly: 'To change web widgets, you need the scope web_widgets:manage.',
  make: 'New web widget',
  search: 'Search web widgets',
  columns: { name: 'Name', agent: 'Agent', state: 'State', sites: 'Sites', today: 'Today' },
  emptyTitle: 'No web widgets yet',
  empty: 'A web widget puts an agent on your website.',
  emptyFilteredTitle: 'No matching web widgets',
  emptyFiltered: 'Search for another name.',
  anySite: 'Any site',
  today: (conversations: number, tokens: number, cap: number | null) =>
    `${formatNumber(conversations)} conversations, ${formatNumber(tokens)} tokens${cap === null ? '' : ` of ${formatNumber(cap)}`}`,
  newDialog: {
    title: 'New web widget',
    text: 'It gets the newest published version of the agent. Visitors see it when you publish it.',
    agent: 'Agent',
    chooseAgent: 'Choose an agent',
    noAgent: 'Choose an agent first.',
    name: 'Name',
    nameHint: 'Optional. Default: the name of the agent.',
    submit: 'Create',
    made: 'Web widget created',
  },
  save: 'Save',
  discard: 'Discard',
  saved: 'Saved',
  unsaved: 'Unsaved changes',
  overtaken: 'Someone else has saved this widget meanwhile. Discard your changes to see theirs.',
  publish: 'Publish',
  unpublish: 'Unpublish',
  publishTitle: 'Publish this widget?',
  publishText: (sites: string, agent: string) => `${agent} will answer visitors on: ${sites}.`,
  published: 'Published',
  unpublished: 'Unpublished',
  remove: 'Delete',
  removeTitle: 'Delete this web widget?',
  removeText: 'It disappears from your sites. Its conversations stay. Identity keys and blocks are deleted.',
  removed: 'Web widget deleted',
  warnings: 'Warnings',
  preview: 'Preview',
  previewStart: 'Show the preview',
  previewAgain: 'Show it again',
  previewNote: 'Shows what is saved. Its conversations count nowhere.',
  none: 'Default',
} as const
