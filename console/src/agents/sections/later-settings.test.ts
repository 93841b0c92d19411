// Which settings the editor calls not supported: those, and only those, that the server warns about.
import { AgentConfig, without_effect } from '@parley/contract'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type FunctionComponent, createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { SessionContext } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { type Editor, EditorContext } from '../editor-context.ts'
import type { Fault } from '../editor-state.ts'
import { sectionOf } from '../path-names.ts'
import { AbilitiesSection } from './abilities-section.tsx'
import { AdvancedSection } from './advanced-section.tsx'
import { KnowledgeSection } from './knowledge-section.tsx'
import { InstructionsSection, RulesSection } from './text-sections.tsx'

const keys = Object.entries(AgentConfig.properties as Record<string, object>)
const later = keys.filter(([, schema]) => without_effect in schema).map(([key]) => key)

/** The groups of a section, as HTML. A fault in each setting opens what is folded. */
function render(section: FunctionComponent, faults: Fault[] = everywhere): string[] {
  const editor: Editor = {
    document: { config: {} } as Editor['document'],
    ...{ faults, held: {}, isReadOnly: false, write: () => {}, hold: () => {} },
  }
  const inEditor = createElement(EditorContext, { value: editor }, createElement(section))
  const inSession = createElement(
    SessionContext,
    { value: { session: { client: null, scopes: new Set() } } as never },
    inEditor,
  )
  const html = renderToStaticMarkup(createElement(QueryClientProvider, { client: new QueryClient() }, inSession))
  return html.split('<section').slice(1)
}

const everywhere: Fault[] = keys.map(([key]) => ({ path: `config.${key}`, message: 'is wrong' }))
const settingsIn = (html: string) => [...html.matchAll(/data-path="config\.(\w+)/g)].map(([, key]) => key!)
const all_sections = [InstructionsSection, RulesSection, KnowledgeSection, AbilitiesSection, AdvancedSection]

test('the groups that say that this server does not support them have all settings without effect, and no others', () => {
  const groups = all_sections
    .flatMap((section) => render(section))
    .filter((html) => /does not support .*yet/.test(html))
  expect([...new Set(groups.flatMap(settingsIn))].toSorted()).toEqual(later.toSorted())
})

test('a fault in a setting without effect leads to its field', () => {
  expect(later.filter((key) => sectionOf(`config.${key}`) === 'json')).toEqual([])
})

test('faults of retention are beside its fields', () => {
  const { retention } = agentTexts.advanced
  const html = render(AdvancedSection, [
    { path: 'config.retention.content_days', message: 'must be at least 1' },
    { path: 'config.retention.redact.1.pattern', message: 'must be written in the syntax of RE2' },
  ]).find((group) => group.includes(retention.title))!
  const [, days, redact] = html.split('data-path=')
  expect(days).toMatch(/^"config\.retention\.content_days".*must be at least 1/)
  expect(redact).toMatch(/^"config\.retention\.redact".*1\.pattern: must be written in the syntax of RE2/)
})
