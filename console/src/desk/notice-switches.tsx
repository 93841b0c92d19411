// Sound and notifications of this browser, both off until somebody wants them.
import { useState } from 'react'
import { choose, mayNotify, useIsChosen } from '../handling/notice-choice.ts'
import { handlingTexts } from '../handling/texts.ts'
import { Check } from '../settings/parts.tsx'

const words = handlingTexts.notices

export function Notices() {
  const [isRefused, setRefused] = useState(false)
  const hasSound = useIsChosen('sound')
  const hasNotifications = useIsChosen('notifications')
  const changeNotifications = async (isOn: boolean) => {
    const isAllowed = !isOn || (await mayNotify())
    setRefused(!isAllowed)
    choose('notifications', isOn && isAllowed)
  }
  return (
    <fieldset className="flex flex-col gap-1.5 px-2 pb-2">
      <legend className="pb-1 text-xs text-faint">{words.label}</legend>
      <Check
        label={words.sound}
        hint={words.soundHint}
        isChecked={hasSound}
        onChange={(isOn) => choose('sound', isOn)}
      />
      <Check
        label={words.notifications}
        hint={words.notificationsHint}
        isChecked={hasNotifications}
        onChange={(isOn) => void changeNotifications(isOn)}
      />
      {isRefused && (
        <p role="alert" className="text-xs text-bad">
          {words.refused}
        </p>
      )}
    </fieldset>
  )
}
