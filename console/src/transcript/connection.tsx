// Whether a conversation that goes on is shown as it goes on.
import { texts } from '../texts/index.ts'

const words = texts.conversation

export function Connection({ isConnected }: { isConnected: boolean }) {
  return (
    <p role="status" className="flex items-center gap-1.5 text-xs text-faint">
      <span className={isConnected ? 'size-1.5 rounded-full bg-good' : 'size-1.5 rounded-full bg-warn pulses'} />
      {isConnected ? words.live : words.reconnecting}
    </p>
  )
}
