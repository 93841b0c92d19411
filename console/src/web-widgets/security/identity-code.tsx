// The code with which a site's server signs its visitors, and what its page does with the token.
import { useState } from 'react'
import { Section } from '../../settings/settings-page.tsx'
import { Code } from '../../ui/code.tsx'
import { Segments } from '../preview/segments.tsx'
import { securityTexts as words } from '../section-texts.ts'
import { type SampleLanguage, identityOnPage, identitySamples } from './identity-samples.ts'

export function IdentityCode() {
  const [language, setLanguage] = useState<SampleLanguage>('node')
  return (
    <Section
      title={words.code}
      intro={words.codeIntro}
      action={<Segments label={words.language} choices={words.languages} chosen={language} onChoose={setLanguage} />}
    >
      <div className="flex flex-col gap-4 p-4">
        <Code label={words.onServer(words.languages[language])} text={identitySamples[language]} />
        <Code label={words.onPage} text={identityOnPage} />
      </div>
    </Section>
  )
}
