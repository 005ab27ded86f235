import { render } from 'preact';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/orders.css';
import './styles/order.css';
import './styles/graph.css';
import './styles/stock.css';

const place = document.getElementById('app');
if (place !== null) {
  render(<App />, place);
}
