import { render } from 'preact';
import { App } from './app.tsx';
import 'resilient-stepfunctions/console.css';
import './styles/orders.css';
import './styles/order.css';
import './styles/stock.css';
import './styles/laboratory.css';
import './styles/traces.css';

const place = document.getElementById('app');
if (place !== null) {
  render(<App />, place);
}
