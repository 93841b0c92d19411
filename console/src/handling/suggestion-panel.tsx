// A suggested reply above the composer. Only the person decides what becomes of it.
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import type { Suggestion } from './suggestion.ts'
import { handlingTexts } from './texts.ts'

const words = handlingTexts.composer

interface Props {
  suggestion: Suggestion
  onUse: (text: string) => void
  onDrop: () => void
}

export function SuggestionPanel({ suggestion, onUse, onDrop }: Props) {
  if (suggestion.state === 'none') return null
  const text = 'text' in suggestion ? suggestion.text : ''
  return (
    <section
      aria-label={words.suggestion}
      aria-busy={suggestion.state === 'writing'}
      className="mx-3 mb-2 flex max-h-48 flex-col gap-2 overflow-y-auto rounded-lg border border-line bg-sunken px-3 py-2"
    >
      <p className="flex items-center gap-1.5 text-xs text-faint">
        <Icon name="spark" width="12" height="12" />
        {suggestion.state === 'writing' ? words.suggesting : words.suggestion}
      </p>
      {suggestion.state === 'failed' ? (
        <p role="alert" className="text-bad">
          {suggestion.message}
        </p>
      ) : (
        <p dir="auto" className="break-words whitespace-pre-wrap">
          {text}
        </p>
      )}
      <div className="flex gap-2">
        {suggestion.state === 'done' && (
          <Button kind="primary" onClick={() => onUse(text)}>
            {words.takeSuggestion}
          </Button>
        )}
        <Button onClick={onDrop}>{suggestion.state === 'writing' ? words.stop : words.discard}</Button>
      </div>
    </section>
  )
}
