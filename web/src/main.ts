import { mount } from 'svelte';
import './tokens.css';
import './base.css';
import App from './App.svelte';
import { followLanguage } from './lib/i18n/catalogue.svelte';

const target = document.getElementById('app');
await followLanguage();
// In a task of its own: together with what the modules do at first it would hold up the browser.
setTimeout(() => {
  if (target) mount(App, { target });
});
