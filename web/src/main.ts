import { mount } from 'svelte';
import './tokens.css';
import './base.css';
import App from './App.svelte';
import { followLanguage } from './lib/i18n/catalogue.svelte';

const target = document.getElementById('app');
await followLanguage();
if (target) mount(App, { target });
