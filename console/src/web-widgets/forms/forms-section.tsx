// The form before a conversation and the feedback after it.
import { type FormDefinition, widgetBounds, widgetDefaults } from '@parley/contract'
import type { ReactNode } from 'react'
import { Section } from '../../settings/settings-page.tsx'
import { Button } from '../../ui/button.tsx'
import { ChoiceValue, type Edit, FlagValue, TextValue } from '../config-fields.tsx'
import { type Path, isObject, valueAt } from '../widget-draft.ts'
import { FormEditor } from './form-editor.tsx'
import { addField, newForm } from './form-draft.ts'
import { formTexts as words } from './texts.ts'

const before_path = ['pre_conversation_form']
const after_path = ['post_conversation_feedback', 'form']

export function FormsSection({ edit }: { edit: Edit }) {
  const hasFeedback = valueAt(edit.draft.config, ['post_conversation_feedback', 'enabled']) !== false
  return (
    <>
      <FormPart
        edit={edit}
        path={before_path}
        id="pre_chat"
        title={words.before}
        intro={words.beforeIntro}
        empty={words.noBefore}
        result={words.startResult}
      >
        <FlagValue
          edit={edit}
          path={['pre_conversation_show_once']}
          label={words.once}
          hint={words.onceHint}
          byDefault={widgetDefaults.pre_conversation_show_once}
        />
      </FormPart>
      <Section title={words.after} intro={words.afterIntro}>
        <div className="flex flex-col gap-4 p-4">
          <FlagValue
            edit={edit}
            path={['post_conversation_feedback', 'enabled']}
            label={words.ask}
            byDefault={widgetDefaults.post_conversation_feedback.enabled}
          />
          {hasFeedback && (
            <>
              <ChoiceValue
                edit={edit}
                path={['post_conversation_feedback', 'rating']}
                label={words.rating}
                choices={words.ratings}
                byDefault={widgetDefaults.post_conversation_feedback.rating}
              />
              <TextValue
                edit={edit}
                path={['post_conversation_feedback', 'thank_you_text']}
                label={words.thanks}
                hint={words.thanksHint}
                maxLength={widgetBounds.thank_you_text}
              />
            </>
          )}
        </div>
      </Section>
      {hasFeedback && (
        <FormPart
          edit={edit}
          path={after_path}
          id="feedback"
          title={words.questions}
          intro={words.questionsIntro}
          empty={words.noQuestions}
          result={words.feedbackResult}
        />
      )}
    </>
  )
}

interface PartProps {
  edit: Edit
  path: Path
  id: string
  title: string
  intro: string
  empty: string
  /** What becomes of the values of a trial. */
  result: string
  children?: ReactNode
}

function FormPart({ edit, path, id, title, intro, empty, result, children }: PartProps) {
  const value = valueAt(edit.draft.config, path)
  const form = isObject(value) ? ({ fields: [], ...value } as unknown as FormDefinition) : null
  const set = (next: FormDefinition | null) => edit.setValue(path, next ?? undefined)
  return (
    <Section
      title={title}
      intro={intro}
      action={
        form &&
        !edit.isReadOnly && (
          <Button kind="quiet" onClick={() => set(null)}>
            {words.remove}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4 p-4">
        {form ? (
          <>
            {children}
            <FormEditor edit={edit} path={path} form={form} result={result} onChange={set} />
          </>
        ) : (
          <>
            <p className="text-faint">{empty}</p>
            {!edit.isReadOnly && (
              <Button className="self-start" onClick={() => set(addField(newForm(id), words.firstField))}>
                {words.add}
              </Button>
            )}
          </>
        )}
      </div>
    </Section>
  )
}
