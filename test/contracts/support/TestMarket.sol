// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {StorageMarket} from "../../../contracts/StorageMarket.sol";
import {HashBeacon} from "./HashBeacon.sol";
import {HostileToken} from "./HostileToken.sol";
import {vm} from "./Vm.sol";

/// @notice The market that histories are played on: short periods, few draws.
library TestMarket {
    uint32 internal constant LENGTH = 100;
    uint32 internal constant DELAY = 10;
    uint32 internal constant SAMPLES = 2;
    uint256 internal constant GENESIS = 1_000_000;
    uint96 internal constant BOND = 7_777;

    function deploy() internal returns (IStorageMarket) {
        vm.warp(GENESIS);
        IMarketState.Parameters memory parameters = IMarketState.Parameters({
            token: new HostileToken(),
            beacon: new HashBeacon(),
            genesis: uint64(GENESIS),
            periodLength: LENGTH,
            delay: DELAY,
            baseSamples: uint16(SAMPLES),
            maxTerm: 366,
            minCollateral: 64,
            challengeBond: BOND
        });
        return new StorageMarket(parameters);
    }
}
