// One person's account: name, roles, password.
import { Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../../server/contract/people.ts';
import type { Role } from '../../../server/contract/roles.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { FormDialog, useMarks } from './form-dialog.tsx';
import { Twice } from './twice.tsx';

const roles: readonly Role[] = ['admin', 'operator', 'producer', 'field', 'viewer'];

interface FormProps {
  /** Null adds one. */
  readonly person: Person | null;
  readonly onClose: () => void;
}

/** The dialog; closes itself once the server accepted. */
export function PersonForm({ person, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff('admin');
  const create = useCommand('people.create');
  const update = useCommand('people.update');
  const remove = useCommand('people.remove');
  const [user, setUser] = useState(person?.user ?? '');
  const [name, setName] = useState(person?.name ?? '');
  const [password, setPassword] = useState('');
  const [held, setHeld] = useState<readonly Role[]>(person?.roles ?? ['operator']);
  const control = person ? update : create;
  const mark = useMarks(control);

  const save = async (): Promise<void> => {
    const sameRoles =
      held.length === person?.roles.length && held.every((r) => person.roles.includes(r));
    const done = person
      ? await update.send({
          user: person.user,
          name,
          ...(password === '' ? {} : { password }),
          ...(sameRoles ? {} : { roles: [...held] }),
        })
      : await create.send({ user, name, password, roles: [...held] });
    if (done) onClose();
  };

  return (
    <FormDialog
      title={person ? t('people.edit', { name: person.name }) : t('people.add')}
      onClose={onClose}
      control={control}
      fields={['user', 'name', 'password', 'roles']}
      save={t(person ? 'do.save' : 'do.create')}
      saveTestId="person-save"
      off={off}
      onSave={save}
      deed={
        person && (
          <Twice
            words={t('people.remove')}
            sure={t('people.removing')}
            off={off}
            {...answerOf(remove)}
            onPress={() =>
              void remove.send({ user: person.user }).then((done) => done && onClose())
            }
          />
        )
      }
    >
      {!person && (
        <TextInput
          label={t('people.user')}
          data-testid="person-user"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={mark('user')}
          description={t('people.userHint')}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={t('people.name')}
        data-testid="person-name"
        required
        error={mark('name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        visibilityToggleFocusable
        visibilityToggleButtonProps={{ 'aria-label': t('form.showPassword') }}
        label={t(person ? 'people.newPassword' : 'people.password')}
        data-testid="person-password"
        autoComplete="new-password"
        required={!person}
        error={mark('password')}
        description={`${t('people.passwordHint')}${person ? `. ${t('people.passwordKept')}` : ''}`}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Checkbox.Group
        label={t('people.roles')}
        description={person ? t('people.ends') : undefined}
        error={mark('roles')}
        value={[...held]}
        onChange={(next) => setHeld(roles.filter((role) => next.includes(role)))}
      >
        <div className="roles">
          {roles.map((role) => (
            <Checkbox key={role} value={role} label={t(`role.${role}`)} />
          ))}
        </div>
      </Checkbox.Group>
    </FormDialog>
  );
}
