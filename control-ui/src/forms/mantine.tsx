// Mantine's fields for the forms, dressed in the page's own palette; fetched with the first form.
import { MantineProvider, createTheme } from '@mantine/core';
// oxlint-disable-next-line import/no-unassigned-import -- Vite collects the styles
import './mantine.css';
import type { ReactNode } from 'react';
import { rememberedTheme } from '../theme.ts';

const theme = createTheme({
  fontFamily: 'inherit',
  defaultRadius: 'sm',
  respectReducedMotion: true,
});

/** Must stand around every form. The strict CSP forbids style elements: variables come from files. */
export function Forms({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      withCssVariables={false}
      withGlobalClasses={false}
      forceColorScheme={rememberedTheme()}
    >
      {children}
    </MantineProvider>
  );
}
