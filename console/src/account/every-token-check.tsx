// The choice to end every personal access token, and not only those that were made with the sessions that end.
import { words } from '../settings/texts.ts'
import { Check } from '../settings/parts.tsx'

const own = words.account

interface Props {
  isChecked: boolean
  onChange: (isChecked: boolean) => void
}

export function EveryTokenCheck(props: Props) {
  return <Check label={own.endEveryToken} hint={own.endEveryTokenHint} {...props} />
}

export function tokensToEnd(isChecked: boolean): 'all' | 'of_ended_sessions' {
  return isChecked ? 'all' : 'of_ended_sessions'
}
