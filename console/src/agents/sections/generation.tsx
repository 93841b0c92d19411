// Lets the model write the instructions from the purpose of the agent, and shows the progress.
import { useMutation } from '@tanstack/react-query'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { Button } from '../../ui/button.tsx'
import { notify, notifyError } from '../../ui/notify.ts'
import { useAgentPage } from '../page-context.ts'
import { isBeingWritten } from '../use-agent.ts'

const words = agentTexts.generation

export function Generation() {
  const { client } = useSession()
  const { latest, editing, show } = useAgentPage()
  const { mayManage, editor, saveNow } = editing
  const isWriting = isBeingWritten(latest.version)
  const ask = useMutation({
    mutationFn: async () => {
      const base = editing.isDirty ? await saveNow() : latest
      if (!base) return
      const agent_id = base.agent.id
      // If the version is published, the server creates a draft.
      await client.generateAgentInstructions({ agent_id, version: 'latest' })
      await editing.reload()
      notify(words.asked)
    },
    onError: notifyError,
  })
  if (!mayManage || editor.isReadOnly) return null
  const hasInputs = Object.keys(editor.document.instruction_builder_inputs ?? {}).length > 0
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <Button disabled={!hasInputs || isWriting || ask.isPending} onClick={() => ask.mutate()}>
          {isWriting ? words.writing : words.write}
        </Button>
        <p role="status" className="text-xs text-faint">
          {isWriting ? words.wait : hasInputs ? words.hint : words.needsInputs}
        </p>
      </div>
      <Result
        onUse={(text) => editor.write(['config', 'instructions'], text)}
        onShow={() => show({ section: 'instructions' })}
      />
    </div>
  )
}

function Result({ onUse, onShow }: { onUse: (text: string) => void; onShow: () => void }) {
  const generation = useAgentPage().latest.version?.instruction_generation
  if (generation?.status === 'done') {
    return (
      <p className="flex flex-wrap items-center gap-2 text-good">
        {words.done}
        <Button kind="quiet" onClick={onShow}>
          {words.show}
        </Button>
      </p>
    )
  }
  if (generation?.status !== 'failed') return null
  const { error, instructions } = generation
  return (
    <div role="alert" className="flex flex-col items-start gap-2 rounded-md bg-bad-wash px-3 py-2 text-bad">
      <p>{words.failed(error ?? '')}</p>
      {instructions !== null && (
        <>
          <pre className="max-h-60 w-full overflow-auto font-mono text-xs whitespace-pre-wrap text-ink">
            {instructions}
          </pre>
          <Button
            onClick={() => {
              onUse(instructions)
              onShow()
            }}
          >
            {words.use}
          </Button>
        </>
      )}
    </div>
  )
}
