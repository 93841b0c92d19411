// The test of a draft: how it is set up, the execution that it started, and what is kept for the next one.
import type { StepMock, WorkflowExecution, WorkflowVisit } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { samplesKey } from '../editor/use-samples.ts'
import type { Draft } from '../editor/use-draft.ts'
import { useExecution } from '../run/use-execution.ts'
import { type Setup, requestOf } from './test-setup.ts'
import { testTexts as words } from './texts.ts'

/** As long as the page is open. */
const kept_mocks = new Map<string, Readonly<Record<string, StepMock>>>()
const no_mocks: Readonly<Record<string, StepMock>> = {}

export interface Test {
  mocks: Readonly<Record<string, StepMock>>
  keepMock: (step_id: string, mock: StepMock | null) => void
  execution_id: string | null
  execution: WorkflowExecution | undefined
  visits: readonly WorkflowVisit[]
  isBegun: boolean
  /** The visit that is open. */
  opened: number | null
  open: (position: number | null) => void
  shownStep: string | null
  showStep: (step_id: string | null) => void
  run: (setup: Setup) => void
  isStarting: boolean
  error: Error | null
  clear: () => void
}

export function useTest(workflow_id: string, draft: Draft): Test {
  const { client } = useSession()
  const queries = useQueryClient()
  const [execution_id, setExecution] = useState<string | null>(null)
  const [opened, setOpened] = useState<number | null>(null)
  const [mocks, setMocks] = useState(kept_mocks.get(workflow_id) ?? no_mocks)
  const { execution, visits } = useExecution(execution_id)
  const start = useMutation({
    mutationFn: async (setup: Setup) => {
      if (!(await draft.flush())) throw new Error(words.notSaved)
      const { version } = draft.state.version
      return client.executeWorkflowAsync({ workflow_id, workflow_version: version, ...requestOf(setup, mocks) })
    },
    onSuccess: (begun) => {
      setOpened(null)
      setExecution(begun.execution_id)
      void queries.invalidateQueries({ queryKey: ['workflow-executions'] })
    },
  })
  const status = execution.data?.status
  const [known, setKnown] = useState(status)
  if (status !== known) {
    setKnown(status)
    // Its values are those that completions and previews use from now on.
    if (status === 'success' || status === 'failed')
      void queries.invalidateQueries({ queryKey: samplesKey(workflow_id) })
  }
  return {
    mocks,
    keepMock(step_id, mock) {
      const { [step_id]: _before, ...others } = mocks
      const next = mock === null ? others : { ...others, [step_id]: mock }
      kept_mocks.set(workflow_id, next)
      setMocks(next)
    },
    execution_id,
    execution: execution.data,
    visits,
    isBegun: execution_id !== null,
    opened,
    open: setOpened,
    shownStep: visits.find(({ position }) => position === opened)?.step_id ?? null,
    showStep: (step_id) => setOpened(visits.findLast((visit) => visit.step_id === step_id)?.position ?? null),
    run: (setup) => start.mutate(setup),
    isStarting: start.isPending,
    error: start.error,
    clear() {
      start.reset()
      setExecution(null)
      setOpened(null)
    },
  }
}
