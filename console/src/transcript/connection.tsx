// Whether an active conversation is shown live.
import { transcriptTexts as words } from './texts.ts'

export function Connection({ isConnected }: { isConnected: boolean }) {
  return (
    <p role="status" className="flex items-center gap-1.5 text-xs text-faint">
      <span className={isConnected ? 'size-1.5 rounded-full bg-good' : 'size-1.5 rounded-full bg-warn pulses'} />
      {isConnected ? words.live : words.reconnecting}
    </p>
  )
}
