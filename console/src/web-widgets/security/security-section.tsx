// Which sites show a widget, and which visitors talk through it: sites, identity keys, limits, blocked visitors.
import { type WebWidget, type WidgetLimit, widgetLimits } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatFull } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { type Column, PagedTable } from '../../settings/paged-table.tsx'
import { Check } from '../../settings/parts.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { ShownOnce } from '../../settings/shown-once.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { notifyError } from '../../ui/notify.ts'
import { Columns, type Edit } from '../config-fields.tsx'
import { securityTexts as words } from '../section-texts.ts'
import { widgetTexts } from '../texts.ts'
import { Blocks } from './blocks.tsx'
import { CaptchaSection } from './captcha.tsx'
import { IdentityCode } from './identity-code.tsx'
import { Sites } from './sites.tsx'

export function SecuritySection({ widget, edit }: { widget: WebWidget; edit: Edit }) {
  return (
    <>
      <Sites edit={edit} />
      <Keys widget={widget} edit={edit} />
      <IdentityCode />
      <CaptchaSection edit={edit} />
      <Limits edit={edit} />
      <Blocks widget={widget} isReadOnly={edit.isReadOnly} />
      {!edit.isReadOnly && <Visitors widget={widget} />}
    </>
  )
}

type Key = Output<'listWebWidgetIdentityKeys'>['data'][number]

function Keys({ widget: { id: web_widget_id }, edit }: { widget: WebWidget; edit: Edit }) {
  const { client } = useSession()
  const queryKey = ['web-widgets', web_widget_id, 'keys']
  const query = usePages<Key>(queryKey, (_page, call) => client.listWebWidgetIdentityKeys({ web_widget_id }, call))
  const [secret, setSecret] = useState<string | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  const create = async () => {
    try {
      setSecret((await client.createWebWidgetIdentityKey({ web_widget_id })).secret)
      await query.refetch()
    } catch (error) {
      notifyError(error)
    }
  }
  const removal = ({ key_id }: Key) => (
    <Button kind="quiet" onClick={() => setRemoved(key_id)}>
      {widgetTexts.remove}
    </Button>
  )
  return (
    <Section
      title={words.keys}
      intro={words.keysIntro}
      action={!edit.isReadOnly && <Button onClick={() => void create()}>{words.newKey}</Button>}
    >
      <PagedTable
        label={words.keys}
        query={query}
        empty={words.noKeys}
        keyOf={({ key_id }) => key_id}
        columns={keyColumns}
        renderActions={edit.isReadOnly ? undefined : removal}
      />
      <Identity edit={edit} />
      {secret !== null && (
        <ShownOnce
          title={words.keyTitle}
          text={words.keyText}
          label={words.secret}
          value={secret}
          onClose={() => setSecret(null)}
        />
      )}
      {removed !== null && (
        <AskDialog
          isDangerous
          title={words.removeKey}
          text={words.removeKeyText}
          submit={widgetTexts.remove}
          done={words.keyRemoved}
          changes={[queryKey]}
          act={() => client.deleteWebWidgetIdentityKey({ web_widget_id, key_id: removed })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}

const keyColumns: Column<Key>[] = [
  { name: words.key, render: ({ key_id }) => <code>{key_id}</code> },
  { name: words.created, isExtra: true, render: ({ created_at }) => formatFull(created_at) },
  {
    name: words.used,
    render: ({ last_used_at }) => (last_used_at === null ? words.never : formatFull(last_used_at)),
  },
]

function Identity({ edit }: { edit: Edit }) {
  const { identity } = edit.draft
  return (
    <div className="flex flex-col gap-2.5 border-t border-line p-4">
      <Check
        label={words.required}
        isChecked={identity.required}
        isDisabled={edit.isReadOnly}
        onChange={(required) => edit.change({ identity: { ...identity, required } })}
      />
      <Check
        label={words.hmac}
        hint={words.hmacHint}
        isChecked={identity.allow_hmac}
        isDisabled={edit.isReadOnly}
        onChange={(allow_hmac) => edit.change({ identity: { ...identity, allow_hmac } })}
      />
    </div>
  )
}

const limitNames = Object.keys(widgetLimits) as WidgetLimit[]

function Limits({ edit }: { edit: Edit }) {
  const { limits } = edit.draft
  return (
    <Section title={words.limits} intro={words.limitsIntro}>
      <Columns>
        {limitNames.map((name) => {
          const { least, most, default: byDefault } = widgetLimits[name]
          const isOptional = name === 'tokens_per_day'
          const set = (text: string) => {
            const value = text === '' ? (isOptional ? null : byDefault) : Number(text)
            edit.change({ limits: { ...limits, [name]: value } })
          }
          return (
            <Field
              key={name}
              label={widgetTexts.limits[name]}
              hint={isOptional ? words.noTokenLimit : words.range(least, most)}
              error={edit.faults.get(`limits.${name}`)}
            >
              <TextInput
                type="number"
                min={least}
                max={most}
                value={limits[name] === null ? '' : String(limits[name])}
                disabled={edit.isReadOnly}
                onValueChange={set}
              />
            </Field>
          )
        })}
      </Columns>
    </Section>
  )
}

function Visitors({ widget: { id: web_widget_id } }: { widget: WebWidget }) {
  const { client } = useSession()
  const [isAsking, setAsking] = useState(false)
  return (
    <Section
      title={words.visitors}
      intro={words.visitorsIntro}
      action={<Button onClick={() => setAsking(true)}>{words.revoke}</Button>}
    >
      {isAsking && (
        <AskDialog
          isDangerous
          title={words.revokeTitle}
          text={words.visitorsIntro}
          submit={words.revoke}
          done={words.revoked}
          changes={[]}
          act={() => client.revokeWebWidgetVisitors({ web_widget_id })}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  )
}
