// The tester beside the editor. It uses the stored version, not the unsaved changes.
import { Suspense } from 'react'
import { agentTexts } from './texts.ts'
import { lazily } from '../ui/lazily.ts'
import { LoadingState } from '../ui/state.tsx'
import type { AgentVersion } from './document.ts'

const AgentTester = lazily(async () => (await import('../tester/agent-tester.tsx')).AgentTester)
const words = agentTexts.tester

export function TesterPanel({ version, isChanged }: { version: AgentVersion | null; isChanged: boolean }) {
  if (version === null) return null
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 flex-col">
        <Suspense fallback={<LoadingState />}>
          {/* After each save, the test starts again. */}
          <AgentTester
            key={`${version.id} ${version.revision}`}
            agent_id={version.agent_id}
            agent_version_id={version.id}
          />
        </Suspense>
      </div>
      {isChanged && (
        <p role="status" className="border-t border-line bg-warn-wash px-4 py-1.5 text-xs text-warn">
          {words.unsaved}
        </p>
      )}
    </div>
  )
}
