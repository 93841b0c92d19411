// An error with all its details, and advice on what to do.
import { ApiError } from '@parley/sdk'
import { describeError } from '../ui/describe-error.ts'
import { testerTexts as words } from './texts.ts'

export function FaultText({ title, error }: { title: string; error: unknown }) {
  const code = error instanceof ApiError ? error.code : 'unreachable'
  const advice = words.advice[code ?? '']
  return (
    <div role="alert" className="flex flex-col gap-1 rounded-md bg-bad-wash px-3 py-2 text-bad">
      <p className="font-medium">{title}</p>
      <p className="break-words">{describeError(error)}</p>
      {error instanceof ApiError && error.errors.length > 0 && (
        <ul className="list-inside list-disc">
          {error.errors.map(({ path, message }, index) => (
            <li key={index} className="break-words">
              <code className="font-mono text-xs">{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {advice && <p>{advice}</p>}
    </div>
  )
}
