// The test beside the graph: first what it begins with and which steps are mocked, then its visits while they happen.
import { ApiError } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { FormFault } from '../../settings/parts.tsx'
import { readFaults } from '../../settings/faults.ts'
import { Button } from '../../ui/button.tsx'
import { PanelFrame } from '../editor/step-panel.tsx'
import { useEditor } from '../editor/editor-context.ts'
import type { Draft } from '../editor/use-draft.ts'
import { ExecutionActions } from '../run/execution-actions.tsx'
import { ExecutionLabel } from '../../ui/execution-status.tsx'
import { Payload } from '../run/payload.tsx'
import { isOpen } from '../run/run-facts.ts'
import { runTexts } from '../run/texts.ts'
import { VisitList } from '../run/visit-list.tsx'
import { notify } from '../../ui/notify.ts'
import { TestForm } from './test-form.tsx'
import { startSetup } from './test-setup.ts'
import { testTexts as words } from './texts.ts'
import type { Test } from './use-test.ts'

interface Props {
  test: Test
  draft: Draft
  onEdit: (step_id: string) => void
  onClose: () => void
}

export function TestPanel({ test, draft, onEdit, onClose }: Props) {
  return (
    <PanelFrame title={words.panel} onClose={onClose}>
      {test.isBegun ? <Running test={test} onEdit={onEdit} /> : <Before test={test} draft={draft} />}
    </PanelFrame>
  )
}

function Before({ test, draft }: Pick<Props, 'test' | 'draft'>) {
  const { faults } = useEditor()
  const [setup, setSetup] = useState(() => startSetup(draft.definition, test.mocks))
  const { other } = readFaults(test.error)
  const isRefused = test.error instanceof ApiError && test.error.status === 422
  return (
    <form
      noValidate
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        event.preventDefault()
        test.run(setup)
      }}
    >
      <TestForm setup={setup} onChange={setSetup} error={isRefused ? test.error : null} />
      {faults.length > 0 && <p className="text-warn">{words.problems}</p>}
      <FormFault text={other} />
      <Button type="submit" kind="primary" icon="play" disabled={test.isStarting || faults.length > 0}>
        {words.run}
      </Button>
    </form>
  )
}

function Running({ test, onEdit }: Pick<Props, 'test' | 'onEdit'>) {
  const { execution, visits, keepMock } = test
  return (
    <div className="flex flex-col gap-3.5">
      <div className="flex flex-wrap items-center gap-2">
        {execution && <ExecutionLabel status={execution.status} />}
        <span className="flex-1" />
        {execution && isOpen(execution) && <ExecutionActions execution={execution} visits={visits} />}
        <Button icon="left" onClick={test.clear}>
          {words.again}
        </Button>
      </div>
      <p role="status" className="sr-only">
        {execution && !isOpen(execution) ? words.ended[execution.status as keyof typeof words.ended] : ''}
      </p>
      {execution?.error && (
        <Payload label={runTexts.error} value={`${execution.error.step_name}: ${execution.error.message}`} isBad />
      )}
      <div className="-mx-4 border-y border-line">
        <VisitList
          visits={visits}
          opened={test.opened}
          onOpen={test.open}
          renderActions={({ step_id, output, status }) => (
            <>
              <Button icon="edit" onClick={() => onEdit(step_id)}>
                {runTexts.editStep}
              </Button>
              {status === 'success' && output !== undefined && (
                <Button
                  onClick={() => {
                    keepMock(step_id, { output })
                    notify(runTexts.mockKept)
                  }}
                >
                  {runTexts.useAsMock}
                </Button>
              )}
            </>
          )}
        />
      </div>
      {execution?.status === 'success' && execution.output !== undefined && (
        <Payload label={runTexts.output} value={execution.output} />
      )}
      {execution && (
        <Link
          to="/workflows/executions/$execution_id"
          params={{ execution_id: execution.id }}
          className="self-start underline underline-offset-2"
        >
          {words.open}
        </Link>
      )}
    </div>
  )
}
