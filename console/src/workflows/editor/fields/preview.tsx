// What an expression would be with the values of the last execution.
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { useSession } from '../../../session/session-context.ts'
import { useEditor } from '../editor-context.ts'
import { editorTexts } from '../texts.ts'

const words = editorTexts.preview
const typing_pause_ms = 400

interface Props {
  text: string
  isBare: boolean
}

export function Preview({ text, isBare }: Props) {
  const { samples } = useEditor()
  const { client } = useSession()
  const expression = useDeferredValue(text)
  const hasExpression = expression.includes('{{') || (isBare && expression.trim() !== '')
  const { data } = useQuery({
    queryKey: ['workflow-preview', expression, samples],
    queryFn: async ({ signal }) => {
      await pause(typing_pause_ms, signal)
      return client.evaluateExpression({ expression, data: samples }, { signal })
    },
    enabled: hasExpression && Object.keys(samples).length > 0 && !expression.includes('secrets.'),
    staleTime: Infinity,
  })
  if (!data) return null
  const said = data.error ? words.failed(data.error.message) : words.of(shorten(data.value))
  return (
    <p aria-live="polite" className={data.error ? 'text-xs break-words text-warn' : 'text-xs break-words text-soft'}>
      {said}
    </p>
  )
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    reject(signal.reason as Error)
  })
  return promise
}
