"""Pure decisions of commissioning: money, prices, ranking offers, reconciling, forecasts."""
