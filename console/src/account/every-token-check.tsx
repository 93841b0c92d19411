// The option to revoke all personal access tokens, not only those created in the sessions that end.
import { Check } from '../settings/parts.tsx'
import { accountTexts as words } from './texts.ts'

interface Props {
  isChecked: boolean
  onChange: (isChecked: boolean) => void
}

export function EveryTokenCheck(props: Props) {
  return <Check label={words.endEveryToken} hint={words.endEveryTokenHint} {...props} />
}

export function tokensToEnd(isChecked: boolean): 'all' | 'of_ended_sessions' {
  return isChecked ? 'all' : 'of_ended_sessions'
}
