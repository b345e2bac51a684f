// The sound of each input: its level, and a switch to silence it.
import { Mic, MicOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AudioInput } from '../../../server/contract/switcher.ts';
import { answerOf, useCommand } from '../command.ts';
import { useSwitcherOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { InputMeter } from './meters.tsx';

function Input({ input }: { readonly input: AudioInput }): ReactNode {
  const { t } = useTranslation();
  const mute = useCommand('switcher.mute');
  const off = useSwitcherOff();
  return (
    <li className="input" data-muted={input.muted}>
      <span className="input-name">{input.name}</span>
      <InputMeter input={input.name} />
      <Press
        className="mute"
        off={off}
        {...answerOf(mute)}
        pressed={input.muted}
        testId={`mute-${input.name}`}
        onPress={() => void mute.send({ input: input.name, muted: !input.muted })}
      >
        {input.muted ? <MicOff aria-hidden size={16} /> : <Mic aria-hidden size={16} />}
        {t(input.muted ? 'audio.muted' : 'audio.open')}
        <span className="unseen">{input.name}</span>
      </Press>
    </li>
  );
}

/** AUDIO. */
export function Audio(): ReactNode {
  const { t } = useTranslation();
  const inputs = useSlice((s) => s.switcher.inputs);
  return (
    <section className="audio" aria-label={t('audio.title')}>
      <h2>{t('audio.title')}</h2>
      {inputs.length === 0 ? (
        <p className="muted">{t('audio.none')}</p>
      ) : (
        <ul className="inputs">
          {inputs.map((input) => (
            <Input key={input.name} input={input} />
          ))}
        </ul>
      )}
    </section>
  );
}
