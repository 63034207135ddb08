"""The collector: store, fleet, HTTP, web page. It never imports host, engine, requirements or agent."""
