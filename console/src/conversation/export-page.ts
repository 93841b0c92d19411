// A conversation as a standalone HTML page, to read, print and keep. Pure.
import type { Conversation, ConversationEvent, Retrieval, TranscriptItem, Turn } from '@parley/contract'
import { formatFull, formatJson, formatSeconds } from '../base/format.ts'
import { describeRetrieval } from '../passages/describe-retrieval.ts'
import { passageTexts } from '../passages/texts.ts'
import { texts } from '../texts/index.ts'
import { nothingYet } from '../transcript/live.ts'
import { type Entry, buildTimeline } from '../transcript/timeline.ts'
import { nameOfAuthor } from '../transcript/author.ts'
import { transcriptTexts } from '../transcript/texts.ts'
import { conversationTexts } from './texts.ts'

export interface Exported {
  conversation: Conversation
  turns: readonly Turn[]
  events: readonly ConversationEvent[]
}

const words = conversationTexts

const style = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem;margin:0}header p,footer{opacity:.7;margin:.2rem 0}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.2rem 1rem;margin:1rem 0}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
article{border:1px solid #8884;border-radius:.8rem;padding:.6rem .9rem;margin:.6rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
article.assistant{margin-left:4rem;background:#0b6b7014}article.user{margin-right:4rem}
article b{display:block;font-size:.8rem;opacity:.7}
details,.fault{margin:.6rem 0 .6rem 4rem;font-size:.9rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.6rem;border-radius:.5rem}
.mark{font-size:.8rem;color:#a15c00}.fault{color:#b3261e}
@media print{details>*{display:block}}`

/** The texts of a conversation are not trusted, so none becomes markup. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}

export function renderPage({ conversation, turns }: Exported, exported_at: string): string {
  const title = escapeHtml(words.title(conversation.user_id))
  const timeline = buildTimeline(conversation.conversation?.items ?? [], turns, nothingYet)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${style}</style></head><body>
<header><h1>${title}</h1><p>${escapeHtml(conversation.summary ?? '')}</p></header>
<dl>${factsOf(conversation)
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl>
<main>${timeline.map(renderEntry).join('\n')}</main>
<footer><p>${escapeHtml(conversationTexts.exported.at(formatFull(exported_at)))}</p></footer>
</body></html>
`
}

function factsOf(conversation: Conversation): [string, string][] {
  const { facts } = words
  const { ended_at, end_reason, duration, custom_metadata } = conversation
  return [
    [facts.id, conversation.id],
    [facts.agent, conversation.agent?.name ?? conversation.agent_id ?? texts.inlineConfig],
    [facts.status, texts.statuses[conversation.status]],
    [facts.channel, texts.channels[conversation.channel]],
    [facts.started, formatFull(conversation.created_at)],
    ...(ended_at === null ? [] : [[facts.ended, formatFull(ended_at)] as [string, string]]),
    ...(end_reason === null ? [] : [[facts.why, texts.endReasons[end_reason]] as [string, string]]),
    ...(duration === null ? [] : [[facts.duration, formatSeconds(duration)] as [string, string]]),
    ...(custom_metadata ? [[words.section.metadata, JSON.stringify(custom_metadata)] as [string, string]] : []),
  ]
}

function renderEntry(entry: Entry): string {
  switch (entry.kind) {
    case 'message':
      return renderMessage(entry.item)
    case 'tool':
      return renderCall(entry.call, entry.result)
    case 'widget':
      return `<p>${escapeHtml(conversationTexts.exported.showed(entry.widget.type))}</p>`
    case 'retrieval':
      return renderRetrieval(entry.retrieval)
    case 'fault': {
      const { outcome, error } = entry.turn
      return `<p class="fault">${escapeHtml([outcome && texts.outcomes[outcome], error].filter(Boolean).join(': '))}</p>`
    }
    case 'said':
    // Notes and the like are no part of the conversation.
    case 'aside':
      return ''
  }
}

function renderRetrieval(retrieval: Retrieval): string {
  const { kind, query, chunks } = retrieval
  const name = `${passageTexts.kinds[kind]}: ${describeRetrieval(retrieval)}`
  const rows = chunks.map(({ number, source_name, page, score, shown }) => {
    const place = page === null ? source_name : `${source_name}, ${passageTexts.page(page)}`
    const use = shown ? passageTexts.shown : passageTexts.notShown
    return `[${number}] ${place} · ${passageTexts.score} ${score.toFixed(2)} · ${use}`
  })
  return `<details><summary>${escapeHtml(name)}</summary><pre>${escapeHtml([query ?? '', ...rows].join('\n'))}</pre></details>`
}

function renderMessage(item: TranscriptItem): string {
  const { role, content, created_at, interrupted, citations } = item
  const who = nameOfAuthor(item)
  const mark = interrupted ? `\n<span class="mark">${escapeHtml(transcriptTexts.interrupted)}</span>` : ''
  const text = escapeHtml(content?.join('') ?? '')
  const sources = (citations ?? []).map(({ number, source_name }) => `[${number}] ${source_name}`).join(' ')
  const cited = sources === '' ? '' : `\n<small>${escapeHtml(sources)}</small>`
  return `<article class="${role}"><b>${escapeHtml(who)} · ${escapeHtml(formatFull(created_at))}</b>${text}${mark}${cited}</article>`
}

function renderCall(call: TranscriptItem, result: TranscriptItem | null): string {
  const json = (value: unknown) => `<pre>${escapeHtml(formatJson(value))}</pre>`
  const name = escapeHtml(conversationTexts.exported.toolCall(call.name ?? ''))
  const state =
    result === null ? ` (${transcriptTexts.tool.lost})` : result.is_error ? ` (${transcriptTexts.tool.failed})` : ''
  return `<details><summary>${name}${escapeHtml(state)}</summary>${json(call.arguments ?? {})}${json(result?.output ?? null)}</details>`
}
