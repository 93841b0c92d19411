// The texts of the pages about web widgets.
import type { ColoredPart, LiveReason, WidgetLimit } from '@parley/contract'
import { formatCount, formatNumber } from '../base/format.ts'
import type { WidgetSection } from './widget-search.ts'

const sections: Record<WidgetSection, string> = {
  appearance: 'Appearance',
  behaviour: 'Behaviour',
  forms: 'Forms',
  texts: 'Texts',
  security: 'Security',
  install: 'Install',
  version: 'Version',
  activity: 'Activity',
}

const reasons: Record<LiveReason, string> = {
  live: 'Live',
  not_published: 'Not published',
  version_not_published: 'Its version is not published',
  agent_inactive: 'Its agent is not active',
}

/** Why visitors get no answer, and what to do. */
const help: Record<Exclude<LiveReason, 'live'>, string> = {
  not_published: 'Visitors do not see this widget yet. Publish it when it is ready.',
  version_not_published:
    'Visitors get no answer: the version of this widget is not published. Choose one under Version.',
  agent_inactive: 'Visitors get no answer: the agent is not active. Activate it on its page.',
}

/** Of the server's warnings those that have words of their own. */
function warningOf(warning: string): string {
  if (warning.startsWith('domains is empty')) return 'Any site can show this widget. List yours under Security.'
  return warning
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
  help,
  warning: warningOf,
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
  version: (pinned: number, newest: number | undefined) =>
    newest === undefined || newest === pinned
      ? `version ${formatNumber(pinned)}`
      : `version ${formatNumber(pinned)}; ${formatNumber(newest)} is newer`,
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
  faults: (count: number) => `Not saved: ${formatCount(count, 'value needs', 'values need')} a correction.`,
  overtakenTitle: 'Someone else has saved',
  overtaken: 'Someone else has saved this widget meanwhile. Your changes are still here, and nothing was overwritten.',
  theirs: 'What they changed',
  nothing: 'nothing',
  takeTheirs: 'Discard mine',
  keepMine: 'Keep mine on top',
  bothChanged: 'You changed it too.',
  leave: {
    title: 'Leave without saving?',
    text: 'Your changes to this widget are not saved. If you leave, you lose them.',
    submit: 'Leave without saving',
  },
  more: 'More',
  publish: 'Publish',
  unpublish: 'Unpublish',
  publishTitle: 'Publish this widget?',
  publishText: (who: string) => `${who} will answer visitors on:`,
  publishUnsaved: 'Your unsaved changes are not part of it. Save them first.',
  unpublishTitle: 'Unpublish this widget?',
  unpublishText: 'Visitors no longer see it on:',
  versionOf: (agent: string, version: number | null) =>
    version === null ? agent : `Version ${formatNumber(version)} of ${agent}`,
  anySiteAtAll: 'Any site',
  published: 'Published',
  unpublished: 'Unpublished',
  remove: 'Delete',
  removeTitle: 'Delete this web widget?',
  removeText: 'It disappears from your sites. Its conversations stay. Identity keys and blocks are deleted.',
  removed: 'Web widget deleted',
  warnings: 'Warnings',
  preview: 'Preview',
  edit: 'Edit',
  range: (least: number, most: number) => `${formatNumber(least)} to ${formatNumber(most)}.`,
  none: 'Default',
} as const
