// Colours code at build time: each token gets a class, so that pages need no script and no inline style.
import { createCssVariablesTheme, createHighlighterCore } from '@shikijs/core'
import { createJavaScriptRegexEngine } from '@shikijs/engine-javascript'
import { escapeHtml } from './html.ts'

/** The name of a language in a guide, and that of its grammar. */
const languages: Record<string, string> = {
  sh: 'shellscript',
  json: 'json',
  js: 'javascript',
  ts: 'typescript',
  html: 'html',
  http: 'http',
  sql: 'sql',
  yaml: 'yaml',
}

/** Kinds of tokens that have a colour, and their classes. */
const classes: Record<string, string> = {
  comment: 'c',
  string: 's',
  'string-expression': 's',
  keyword: 'k',
  constant: 'n',
  function: 'f',
  parameter: 'p',
}

export type Highlight = (code: string, language: string) => string

export async function createHighlight(): Promise<Highlight> {
  const theme = createCssVariablesTheme({ fontStyle: false })
  const highlighter = await createHighlighterCore({
    themes: [theme],
    langs: [
      import('@shikijs/langs/shellscript'),
      import('@shikijs/langs/json'),
      import('@shikijs/langs/javascript'),
      import('@shikijs/langs/typescript'),
      import('@shikijs/langs/html'),
      import('@shikijs/langs/http'),
      import('@shikijs/langs/sql'),
      import('@shikijs/langs/yaml'),
    ],
    engine: createJavaScriptRegexEngine(),
  })
  return (code, language) => {
    const lang = languages[language]
    if (lang === undefined) return escapeHtml(code)
    // Without a limit of time: a busy machine would leave lines without colours.
    const lines = highlighter.codeToTokensBase(code, { lang, theme: theme.name!, tokenizeTimeLimit: 0 })
    return lines.map((tokens) => renderLine(tokens)).join('\n')
  }
}

/** Neighbours of one colour are one element. */
function renderLine(tokens: readonly { content: string; color?: string }[]): string {
  const runs: { name: string | undefined; text: string }[] = []
  for (const { content, color } of tokens) {
    const name = classes[/--shiki-token-([\w-]+)/.exec(color ?? '')?.[1] ?? '']
    const last = runs.at(-1)
    if (last && last.name === name) last.text += content
    else runs.push({ name, text: content })
  }
  return runs
    .map(({ name, text }) => (name ? `<span class="${name}">${escapeHtml(text)}</span>` : escapeHtml(text)))
    .join('')
}
