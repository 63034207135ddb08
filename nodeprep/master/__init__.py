"""The collector: store, fleet, web page. Nothing is here yet. It never imports host, engine, requirements or agent."""
