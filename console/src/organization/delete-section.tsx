// Deletes the organization, once its slug has been typed.
import type { Output } from '@parley/sdk'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { resumeSession } from '../session/session.ts'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { Section } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { organizationTexts } from './texts.ts'

const words = organizationTexts.deletion

type Organization = Output<'getOrganization'>

export function DeleteSection({ organization }: { organization: Organization }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <Section
      title={words.title}
      intro={words.intro}
      action={
        <Button kind="danger" onClick={() => setAsking(true)}>
          {words.ask}
        </Button>
      }
    >
      {isAsking && <DeleteDialog organization={organization} onClose={() => setAsking(false)} />}
    </Section>
  )
}

function DeleteDialog({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const { client } = useSession()
  const { open, close } = useSessionControl()
  const [typed, setTyped] = useState('')
  const [isChecked, setChecked] = useState(false)
  const remove = useMutation({
    mutationFn: () => client.deleteOrganization({ confirm: typed.trim() }),
    onSuccess: async () => {
      notify(words.done(organization.name))
      // Every session in the organization has ended.
      const left = await resumeSession().catch(() => null)
      if (left) open(left)
      else close()
    },
  })
  const isSame = typed.trim() === organization.slug
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={words.dialogTitle(organization.name)}
      description={words.text}
      submit={words.submit}
      isDangerous
      isPending={remove.isPending}
      error={readFaults(remove.error).other}
      onSubmit={() => {
        setChecked(true)
        if (isSame) remove.mutate()
      }}
    >
      <Field label={words.confirm(organization.slug)} error={isChecked && !isSame ? words.notSame : null}>
        <TextInput
          value={typed}
          maxLength={63}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
          onValueChange={setTyped}
        />
      </Field>
    </ConfirmDialog>
  )
}
