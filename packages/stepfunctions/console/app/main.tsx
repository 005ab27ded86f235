import { render } from 'preact';
import { App } from './app.tsx';
import '../styles/all.css';
import '../styles/machines.css';

const place = document.getElementById('app');
if (place !== null) {
  render(<App />, place);
}
