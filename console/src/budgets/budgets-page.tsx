// The list of budgets, and what can be done with them.
import { useState } from 'react'
import { billingTexts } from '../billing/texts.ts'
import { type Budget, budgetsKey, maySeeBudgets, useBudgets } from '../billing/use-budgets.ts'
import { useCurrency } from '../billing/use-currency.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { LoadFault } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { useChange } from '../settings/use-change.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState, LoadingState } from '../ui/state.tsx'
import { BudgetCard } from './budget-card.tsx'
import { BudgetDialog } from './budget-dialog.tsx'
import { budgetTexts as words } from './texts.ts'

type Opened = 'new' | { edit: Budget } | { remove: Budget } | null

export function BudgetsPage() {
  const session = useSession()
  const [opened, setOpened] = useState<Opened>(null)
  const close = () => setOpened(null)
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        maySeeBudgets(session) && (
          <Button icon="plus" kind="primary" onClick={() => setOpened('new')}>
            {words.add}
          </Button>
        )
      }
    >
      <Needs scopes={['billing:manage']} to={billingTexts.needs}>
        <Budgets onOpen={setOpened} />
      </Needs>
      {opened === 'new' && <BudgetDialog onClose={close} />}
      {opened !== null && opened !== 'new' && 'edit' in opened && <BudgetDialog budget={opened.edit} onClose={close} />}
      {opened !== null && opened !== 'new' && 'remove' in opened && (
        <AskDialog
          title={words.deleteTitle(opened.remove.name)}
          text={words.deleteText}
          submit={settingsTexts.delete}
          done={words.deleted}
          isDangerous
          changes={[budgetsKey]}
          act={() => session.client.deleteBudget({ budget_id: opened.remove.id })}
          onClose={close}
        />
      )}
    </SettingsPage>
  )
}

function Budgets({ onOpen }: { onOpen: (opened: Opened) => void }) {
  const session = useSession()
  const { data, error, isPending, refetch } = useBudgets(session)
  const currency = useCurrency(session)
  const change = useChange(budgetsKey)
  if (isPending) return <LoadingState />
  if (!data) return <LoadFault error={error} onRetry={() => void refetch()} />
  if (data.length === 0) {
    return (
      <EmptyState
        icon="flag"
        title={words.emptyTitle}
        action={<Button onClick={() => onOpen('new')}>{words.add}</Button>}
      >
        {words.empty}
      </EmptyState>
    )
  }
  const pause = ({ id: budget_id, active }: Budget) =>
    change(session.client.updateBudget({ budget_id, active: !active }), active ? words.paused : words.resumed)
  return (
    <Section title={words.list}>
      <ul>
        {data.map((budget) => (
          <BudgetCard
            key={budget.id}
            budget={budget}
            currency={currency}
            onEdit={() => onOpen({ edit: budget })}
            onPause={() => void pause(budget)}
            onDelete={() => onOpen({ remove: budget })}
          />
        ))}
      </ul>
    </Section>
  )
}
